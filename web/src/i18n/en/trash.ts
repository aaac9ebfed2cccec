export default {
  title: 'Trash',
  about: 'What you delete stays here for a while and can be restored.',
  show: 'Show',
  families: { images: 'Generated', inputs: 'Inputs', controls: 'Control images' },
  holds_one: '{{number}} picture, {{used}}.',
  holds_other: '{{number}} pictures, {{used}}.',
  apart: 'They do not count towards your space.',
  limit: 'The trash may hold {{most}}; it does not count towards your space.',
  over: 'That is {{over}} too much: the oldest may go earlier.',
  kept_one:
    'What you delete stays here for {{count}} day. Only time, or an administrator, removes it for good.',
  kept_other:
    'What you delete stays here for {{count}} days. Only time, or an administrator, removes it for good.',
  keptForEver: 'What you delete stays here until an administrator removes it for good.',
  next: 'The first goes {{when}}.',
  never: 'stays',
  today: 'goes today',
  inDays_one: 'in {{count}} day',
  inDays_other: 'in {{count}} days',
  emptyTitle: 'The trash is empty',
  emptyText: 'What you delete comes here first, and can be restored.',
};
