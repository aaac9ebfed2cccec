import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/states.tsx';

/** Why the server would not do it by itself. They are its own words: numbers and times. */
export function Objections({ objections }: { readonly objections: readonly string[] }) {
  const { t } = useTranslation('admin');
  if (objections.length === 0) return null;
  return (
    <Notice>
      <strong>{t('purge.refused')}</strong>
      <ul lang="en">
        {objections.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Notice>
  );
}
