import audit from './admin/audit.ts';
import frame from './admin/frame.ts';
import people from './admin/people.ts';
import pictures from './admin/pictures.ts';
import upkeep from './admin/upkeep.ts';

export default { ...frame, ...people, ...pictures, ...upkeep, ...audit };
