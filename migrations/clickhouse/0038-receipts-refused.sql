-- An export that was refused as a whole leaves a receipt as well: its answer may have been lost on the way.
ALTER TABLE receipts {{on_cluster}}
    ADD COLUMN IF NOT EXISTS refused_code LowCardinality(String) COMMENT 'why nothing of the export was taken; empty where it was',
    ADD COLUMN IF NOT EXISTS refused_field String COMMENT 'the part of the request at fault; empty where it is the whole',
    ADD COLUMN IF NOT EXISTS refused_cause String COMMENT 'for people, masked'
