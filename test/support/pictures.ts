/** Pictures for every test: ordinary ones, odd but legal ones, and hostile ones. Same options, same bytes. */
export * from './pictures/hostile.ts';
export * from './pictures/odd.ts';
export * from './pictures/plain.ts';
export { withChunks } from './pictures/png-chunks.ts';
