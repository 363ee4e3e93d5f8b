import { expect, test } from 'vitest';
import { statementFor } from './migrate.js';

test.each([
  ['ENGINE = {{engine:MergeTree}}', 'ENGINE = MergeTree()'],
  ['ENGINE = {{engine:ReplacingMergeTree(version)}}', 'ENGINE = ReplacingMergeTree(version)'],
  ['CREATE TABLE a {{on_cluster}} (', 'CREATE TABLE a  ('],
])('one server: %s', (template, statement) => {
  expect(statementFor(template, {})).toBe(statement);
});

const place = `'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'`;

test.each([
  ['ENGINE = {{engine:MergeTree}}', `ENGINE = ReplicatedMergeTree(${place})`],
  ['ENGINE = {{engine:ReplacingMergeTree(version)}}', `ENGINE = ReplicatedReplacingMergeTree(${place}, version)`],
  ['CREATE TABLE a {{on_cluster}} (', `CREATE TABLE a ON CLUSTER 'main' (`],
])('cluster: %s', (template, statement) => {
  expect(statementFor(template, { cluster: 'main' })).toBe(statement);
});
