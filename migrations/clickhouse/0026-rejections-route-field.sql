-- Where a refused request was sent and which part of it was at fault, for those who look for the reason.
ALTER TABLE rejections {{on_cluster}}
    ADD COLUMN IF NOT EXISTS route LowCardinality(String) COMMENT 'path of HTTP, or service and method of gRPC',
    ADD COLUMN IF NOT EXISTS field String COMMENT 'the part of the request at fault; empty where it is the whole'
