// node scripts/dev/bench-static-page.ts FOLDER PAGE: the barest server of a page and the files it names. Prints its port.
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

const [, , folder = '', page = ''] = process.argv;
const html = readFileSync(page);
const TYPES: Readonly<Record<string, string>> = { webp: 'image/webp', jpg: 'image/jpeg', png: 'image/png' };

const server = createServer((request, answer) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (path === '/') {
    answer
      .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': html.length })
      .end(html);
    return;
  }
  const file = join(folder, normalize(path));
  const length = statSync(file, { throwIfNoEntry: false })?.size;
  if (length === undefined) {
    answer.writeHead(404).end();
    return;
  }
  const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  answer.writeHead(200, {
    'Content-Type': type,
    'Content-Length': length,
    'Cache-Control': 'max-age=31536000',
  });
  createReadStream(file).pipe(answer);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
