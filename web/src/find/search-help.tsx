import { CircleHelp } from 'lucide-react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Popover } from 'react-aria-components/Popover';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../ui/button.tsx';
import style from './find.module.css';

const EXAMPLES = [
  ['phrase', '"night sky"'],
  ['without', '-rain'],
  ['field', 'tag:final'],
  ['number', 'steps:>30'],
  ['exact', 'seed:12345'],
  ['date', 'after:2026-11-01'],
] as const;

/** What can be written into the search. */
export default function SearchHelp() {
  const { t } = useTranslation('find');
  return (
    <DialogTrigger>
      <IconButton label={t('help')}>
        <CircleHelp size={20} />
      </IconButton>
      <Popover className={style.popover ?? ''} placement="bottom end">
        <Dialog className={style.help ?? ''}>
          <Heading slot="title" level={2}>
            {t('help')}
          </Heading>
          <p>{t('helpWords')}</p>
          <SearchTerms />
          <p>{t('helpKey')}</p>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function SearchTerms() {
  const { t } = useTranslation('find');
  return (
    <dl className={style.terms}>
      {EXAMPLES.map(([name, example]) => (
        <div key={name}>
          <dt>
            <code>{example}</code>
          </dt>
          <dd>{t(`helpTerms.${name}`)}</dd>
        </div>
      ))}
    </dl>
  );
}
