// Puts the type declarations beside each form of the package. In the CommonJS folder they count as CommonJS, since its
// own package.json says so: TypeScript would else take them for ECMAScript modules that `require` cannot load.
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const declarations = readdirSync(dist).filter((name) => name.endsWith('.d.ts') && !name.includes('.test.'));
for (const folder of ['esm', 'cjs', 'browser']) {
  for (const name of declarations) copyFileSync(`${dist}${name}`, `${dist}${folder}/${name}`);
}
writeFileSync(`${dist}cjs/package.json`, '{ "type": "commonjs" }\n');
