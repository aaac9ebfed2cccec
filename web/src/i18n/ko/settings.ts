import type { Texts } from '../index.ts';

const texts: Texts['settings'] = {
  title: '나',
};

export default texts;
