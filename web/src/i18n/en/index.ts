import common from './common.ts';
import find from './find.ts';
import gallery from './gallery.ts';
import inputs from './inputs.ts';
import problems from './problems.ts';
import settings from './settings.ts';
import shares from './shares.ts';
import trash from './trash.ts';
import viewer from './viewer.ts';

export default { common, find, gallery, inputs, problems, settings, shares, trash, viewer };
