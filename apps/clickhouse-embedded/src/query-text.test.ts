import { describe, expect, test } from 'vitest';
import { insertFromFile, isSeveralStatements, quoted, quotedName, readStatement } from './query-text.js';

describe('which kind of statement', () => {
  test.each([
    ['SELECT 1', 'select', undefined],
    ['select 1 format JSONEachRow', 'select', 'JSONEachRow'],
    ['-- note\n/* and */ WITH 1 AS x SELECT x FORMAT CSV SETTINGS max_threads = 1', 'select', 'CSV'],
    ['(SELECT 1) UNION ALL (SELECT 2) FORMAT TSV', 'select', 'TSV'],
    ["SELECT 'a FORMAT b' AS format", 'select', undefined],
    ['SELECT `FORMAT` FROM (SELECT 1 AS `FORMAT` FORMAT CSV)', 'select', undefined],
    ['SHOW TABLES FORMAT JSON', 'other', 'JSON'],
    ['CREATE TABLE t (a UInt8) ENGINE = Memory', 'other', undefined],
    ['INSERT INTO t SELECT 1', 'other', undefined],
    ['INSERT INTO t (a) SELECT 1 FORMAT Null', 'other', 'Null'],
    ['INSERT INTO t WITH 1 AS x SELECT x', 'other', undefined],
    ["INSERT INTO t SELECT 'input(' FROM x FORMAT Null", 'other', 'Null'],
    ['INSERT INTO t SELECT a FROM (SELECT 1 AS a) FORMAT Null', 'other', 'Null'],
    ['INSERT INTO t (a) (SELECT 1)', 'other', undefined],
    ["INSERT INTO t FROM INFILE '/x' FORMAT CSV", 'other', 'CSV'],
    ['', 'other', undefined],
  ])('%s', (sql, kind, format) => {
    expect(readStatement(sql)).toEqual({ kind, format });
  });
});

describe('inserts with data', () => {
  test.each([
    ['INSERT INTO t FORMAT JSONEachRow {"a":1}', "INSERT INTO t  FROM INFILE 'f'  FORMAT JSONEachRow", '{"a":1}'],
    ['INSERT INTO t (a, b) VALUES (1, 2)', "INSERT INTO t (a, b)  FROM INFILE 'f'  FORMAT Values", ' (1, 2)'],
    ['insert into db.t format TSV\n\n1', "insert into db.t  FROM INFILE 'f'  FORMAT TSV", '\n1'],
    [
      "INSERT INTO t SETTINGS async_insert = 0, x = 'FORMAT' FORMAT RowBinary\n\n\n",
      "INSERT INTO t  FROM INFILE 'f' SETTINGS async_insert = 0, x = 'FORMAT'  FORMAT RowBinary",
      '\n\n',
    ],
    ['INSERT INTO values VALUES (1)', "INSERT INTO values  FROM INFILE 'f'  FORMAT Values", ' (1)'],
    ['INSERT INTO a.format (values) FORMAT CSV\n1', "INSERT INTO a.format (values)  FROM INFILE 'f'  FORMAT CSV", '1'],
    ['INSERT INTO TABLE `VALUES` FORMAT CSV\r\n1', "INSERT INTO TABLE `VALUES`  FROM INFILE 'f'  FORMAT CSV", '1'],
    [
      "INSERT /* FORMAT */ INTO t -- VALUES\n VALUES (')')",
      "INSERT /* FORMAT */ INTO t -- VALUES\n  FROM INFILE 'f'  FORMAT Values",
      " (')')",
    ],
    [
      "INSERT INTO t (a) SELECT lower(a) FROM input('a String, b Decimal(38, 12)') SETTINGS x = 1 FORMAT RowBinary\n\nrows",
      "INSERT INTO t (a) SELECT lower(a) FROM file('f', 'RowBinary', 'a String, b Decimal(38, 12)', 'none') SETTINGS x = 1 ",
      '\nrows',
    ],
  ])('%s', (sql, rewritten, data) => {
    const statement = readStatement(sql);
    if (statement.kind !== 'insert') throw new Error(`read as ${statement.kind}`);
    expect(insertFromFile(sql, statement, 'f')).toBe(rewritten);
    expect(sql.slice(statement.dataAt)).toBe(data);
  });

  test('a compressed file is named as such', () => {
    const sql = 'INSERT INTO t FORMAT CSV';
    const statement = readStatement(sql);
    if (statement.kind !== 'insert') throw new Error('no insert');
    expect(insertFromFile(sql, statement, 'f', 'gzip')).toContain("FROM INFILE 'f' COMPRESSION 'gzip'");
    const selected = "INSERT INTO t SELECT a FROM input('a String') FORMAT CSV";
    const read = readStatement(selected);
    if (read.kind !== 'insert') throw new Error('no insert');
    expect(insertFromFile(selected, read, 'f', 'gzip')).toContain("FROM file('f', 'CSV', 'a String', 'gzip')");
  });
});

test.each([
  ['SELECT 1', false],
  ['SELECT 1;', false],
  ['SELECT 1; -- the end', false],
  ["SELECT ';'", false],
  ['SELECT 1; DROP TABLE t', true],
  ['SELECT 1;; SELECT 2', true],
  ["SELECT 'it\\'s; ' ; SELECT 2", true],
  ['SELECT $a$ ; SELECT $a$', false],
])('several statements: %s', (sql, several) => {
  expect(isSeveralStatements(sql)).toBe(several);
});

test('quoting', () => {
  expect(quoted(`a'b\\c`)).toBe(`'a\\'b\\\\c'`);
  expect(quotedName('a`b')).toBe('`a\\`b`');
});
