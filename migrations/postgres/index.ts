import { Access1763700000001 } from './0001-access.js';
import { Slo1763700000002 } from './0002-slo.js';

/** All migrations of PostgreSQL; a new one is one file and one line here. Applied in the order of their stamps. */
export const postgresMigrations = [Access1763700000001, Slo1763700000002];
