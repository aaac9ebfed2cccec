import { CancelledError } from '@tanstack/react-query';
import { meQuery } from '../api/me.ts';
import { queryClient } from '../api/query-client.ts';

/** The owner this browser acts for; asked once. */
export async function whoAmI(): Promise<string> {
  try {
    return (await queryClient.fetchQuery(meQuery)).owner;
  } catch (error) {
    // a part of the page that waited for it too has left, and took the call along
    if (error instanceof CancelledError) return whoAmI();
    throw error;
  }
}
