export { exportOpenslo } from './export-openslo.js';
export { importOpenslo, opensloImport } from './import-openslo.js';
