import type { Texts } from '../index.ts';

const texts: Texts['admin'] = {
  title: '管理',
};

export default texts;
