import audit from './admin/audit.ts';
import frame from './admin/frame.ts';
import people from './admin/people.ts';
import pictures from './admin/pictures.ts';
import upkeep from './admin/upkeep.ts';

/** What administrators read, by page; fetched with their pages alone. */
export default { ...frame, ...people, ...pictures, ...upkeep, ...audit };
