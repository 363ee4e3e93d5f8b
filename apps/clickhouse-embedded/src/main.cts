// CommonJS on purpose: libuv fixes the size of its thread pool at first use, and loading an ES module is such a use.
// Every native query occupies one thread while it runs, so the default of 4 would queue queries behind each other and
// starve the file writes and gzip of the same process.
process.env['UV_THREADPOOL_SIZE'] = '24';

void import('./start.js').then(({ start }) => start(process.argv.slice(2)));
