import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { createCrashStorage } from '../support/storage/crash-storage.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { storageContract } from './storage.contract.ts';

storageContract('node', async () => createNodeStorage(await tempFolder()));
storageContract('memory', async () => createMemoryStorage());
storageContract('fault, without a plan', async () => createFaultStorage(createMemoryStorage()));
storageContract('crash, without a crash', async () => createCrashStorage());
