import { createMemoryCatalog } from '../../src/catalog/memory-catalog.ts';
import { describeCatalog } from './catalog.contract.ts';
import { describeCatalogModel } from './catalog-model.ts';
import { describeCatalogQueries } from './catalog-queries.ts';

const make = async (clock: { now(): number }) => ({ catalog: createMemoryCatalog({ now: clock.now }) });

describeCatalog('memory', make);
// against itself: the model test's own wiring, and that two runs of one history agree
describeCatalogModel('memory', make, { numRuns: 20 });
describeCatalogQueries('memory', make, { histories: 5, questions: 50, least: 250 });
