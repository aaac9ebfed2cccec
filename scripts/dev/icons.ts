// `node scripts/dev/icons.ts`: draws the icons of an installed gallery from web/public/icon.svg.
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const PUBLIC = fileURLToPath(new URL('../../web/public/', import.meta.url));
/** The system cuts these to its own shape, so they reach to the edge; the drawing lies within the part that is always seen. */
const UNCUT = { 'touch.png': 180, 'maskable-512.png': 512 };
const ROUND = { 'icon-192.png': 192, 'icon-512.png': 512 };

const svg = await readFile(`${PUBLIC}icon.svg`, 'utf8');
await mkdir(`${PUBLIC}icons`, { recursive: true });
for (const [name, size] of Object.entries(ROUND)) await draw(svg, name, size);
for (const [name, size] of Object.entries(UNCUT)) await draw(svg.replace(' rx="14"', ''), name, size);

async function draw(drawing: string, name: string, size: number): Promise<void> {
  const image = sharp(Buffer.from(drawing), { density: (72 * size) / 64 }).resize(size, size);
  await image.png({ palette: true, compressionLevel: 9 }).toFile(`${PUBLIC}icons/${name}`);
}
