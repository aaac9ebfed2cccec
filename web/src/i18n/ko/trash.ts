import type { Texts } from '../index.ts';

const texts: Texts['trash'] = {
  title: '휴지통',
};

export default texts;
