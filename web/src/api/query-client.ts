import { QueryClient } from '@tanstack/react-query';
import { isProblem } from './problem.ts';

/** What is worth another try: nobody answered, or not for long. */
const PASSING = ['unreachable', 'overloaded', 'draining', 'rate_limited', 'owner_moved'] as const;

/** Answers that pages share. They are kept fresh by events, not by asking again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 3 && isProblem(error, ...PASSING),
    },
  },
});
