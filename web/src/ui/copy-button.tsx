import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, type ButtonKind, IconButton } from './button.tsx';
import { copyText } from './clipboard.ts';
import { toast } from './toast.tsx';

const SHOWN_MS = 2_000;

export interface CopyButtonProps {
  readonly text: string;
  /** Its name, such as "Copy the link". */
  readonly label: string;
  /** Show the icon alone; the name is read aloud and a tooltip. */
  readonly isIcon?: boolean;
  readonly kind?: ButtonKind;
}

/** Copies a text, and says for a moment that it did. */
export function CopyButton({ text, label, isIcon = false, kind }: CopyButtonProps) {
  const { t } = useTranslation('common');
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const onPress = async () => {
    if (await copyText(text)) setCopied(true);
    else toast({ text: t('copyFailed') });
  };
  const icon = copied ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />;
  const shared = { onPress: () => void onPress(), ...(kind === undefined ? {} : { kind }) };
  return (
    <>
      {isIcon ? (
        <IconButton label={label} {...shared}>
          {icon}
        </IconButton>
      ) : (
        <Button {...shared}>
          {icon}
          {label}
        </Button>
      )}
      <span role="status" className="visually-hidden">
        {copied ? t('copied') : ''}
      </span>
    </>
  );
}
