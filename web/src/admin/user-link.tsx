import { Link } from 'wouter';
import { userAddress } from './address.ts';
import style from './admin.module.css';

/** A user's name, which leads to the user's page. */
export function UserLink({ user }: { readonly user: string }) {
  return (
    <Link href={userAddress(user)} className={style.name}>
      {user}
    </Link>
  );
}
