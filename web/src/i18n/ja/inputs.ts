import type { Texts } from '../index.ts';

const texts: Texts['inputs'] = {
  title: '入力',
};

export default texts;
