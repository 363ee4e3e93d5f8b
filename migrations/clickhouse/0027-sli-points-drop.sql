-- Its rows are made again, in another order (0028): a sort key cannot be changed in place, and points are derived from
-- spans, scores and outcomes. The back-fill of every objective begins anew.
DROP TABLE IF EXISTS sli_points {{on_cluster}} SYNC
