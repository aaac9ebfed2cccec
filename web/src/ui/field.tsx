import { Check, Minus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox as AriaCheckbox, type CheckboxProps } from 'react-aria-components/Checkbox';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Switch as AriaSwitch, type SwitchProps } from 'react-aria-components/Switch';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components/TextField';
import style from './ui.module.css';

export interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'children'> {
  readonly label: string;
  readonly help?: string | undefined;
  /** Why it is not accepted; shown, and read aloud with the field. */
  readonly error?: string | undefined;
  readonly placeholder?: string;
  /** Rows of a text of several lines. */
  readonly rows?: number;
}

export function TextField({ label, help, error, placeholder, rows, ...props }: TextFieldProps) {
  const shared = { className: style.input ?? '', ...(placeholder === undefined ? {} : { placeholder }) };
  return (
    <AriaTextField {...props} className={style.field ?? ''} isInvalid={error !== undefined}>
      <Label className={style.label ?? ''}>{label}</Label>
      {rows === undefined ? <Input {...shared} /> : <TextArea {...shared} rows={rows} />}
      {help === undefined ? null : (
        <Text slot="description" className={style.help ?? ''}>
          {help}
        </Text>
      )}
      <FieldError className={style.error ?? ''}>{error}</FieldError>
    </AriaTextField>
  );
}

export function Switch({
  children,
  ...props
}: Omit<SwitchProps, 'className' | 'children'> & { readonly children: ReactNode }) {
  return (
    <AriaSwitch {...props} className={style.choice ?? ''}>
      <span className={style.switchTrack} />
      {children}
    </AriaSwitch>
  );
}

export function Checkbox({
  children,
  ...props
}: Omit<CheckboxProps, 'className' | 'children'> & { readonly children: ReactNode }) {
  return (
    <AriaCheckbox {...props} className={style.choice ?? ''}>
      {({ isSelected, isIndeterminate }) => (
        <>
          <span className={style.checkbox}>
            {isIndeterminate ? <Minus size={14} /> : isSelected ? <Check size={14} /> : null}
          </span>
          {children}
        </>
      )}
    </AriaCheckbox>
  );
}
