import type { Texts } from '../index.ts';

const texts: Texts['trash'] = {
  title: 'ゴミ箱',
};

export default texts;
