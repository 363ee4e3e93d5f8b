export { readObjects, type SourceFile, type SourceObject } from './documents.js';
export { exportOpenslo } from './export-openslo.js';
export { importOpenslo, opensloImport } from './import-openslo.js';
