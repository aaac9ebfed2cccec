import type { Texts } from '../index.ts';

const texts: Texts['gallery'] = {
  title: '画像',
};

export default texts;
