import type { Texts } from '../index.ts';

const texts: Texts['trash'] = {
  title: '휴지통',
  about: '지운 그림은 한동안 여기에 남아 있으며 복원할 수 있습니다.',
  show: '보기',
  families: { images: '생성한 그림', inputs: '입력', controls: '컨트롤 이미지' },
  holds_one: '그림 {{number}}장, {{used}}.',
  holds_other: '그림 {{number}}장, {{used}}.',
  apart: '사용한 공간에는 포함되지 않습니다.',
  limit: '휴지통 한도는 {{most}}이며, 사용한 공간에는 포함되지 않습니다.',
  over: '한도를 {{over}} 넘었습니다. 오래된 그림부터 더 일찍 지워질 수 있습니다.',
  kept_one:
    '지운 그림은 {{count}}일 동안 여기에 남습니다. 시간이 지나거나 관리자가 지워야만 완전히 사라집니다.',
  kept_other:
    '지운 그림은 {{count}}일 동안 여기에 남습니다. 시간이 지나거나 관리자가 지워야만 완전히 사라집니다.',
  keptForEver: '지운 그림은 관리자가 완전히 지울 때까지 여기에 남습니다.',
  nextToday: '첫 그림은 오늘 사라집니다.',
  nextInDays_one: '첫 그림은 {{count}}일 뒤 사라집니다.',
  nextInDays_other: '첫 그림은 {{count}}일 뒤 사라집니다.',
  sentences: '{{first}} {{second}}',
  never: '계속 보관',
  today: '오늘 사라짐',
  inDays_one: '{{count}}일 뒤 사라짐',
  inDays_other: '{{count}}일 뒤 사라짐',
  emptyTitle: '휴지통이 비어 있습니다',
  emptyText: '지운 그림은 먼저 여기로 오며, 복원할 수 있습니다.',
};

export default texts;
