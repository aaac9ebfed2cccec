/** Names the owner in a request for work; '' is everybody. */
export function whoseBody(user: string): { user_id?: string } {
  return user === '' ? {} : { user_id: user };
}
