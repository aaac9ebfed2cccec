import { ChevronDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select';
import style from './ui.module.css';

export interface Option<V extends string> {
  readonly value: V;
  readonly label: string;
}

export interface SelectProps<V extends string> {
  readonly label: string;
  /** Show no label; it is still read aloud. */
  readonly isLabelHidden?: boolean;
  readonly options: readonly Option<V>[];
  readonly value: V;
  readonly onChange: (value: V) => void;
}

/** One of a few. */
export function Select<V extends string>({
  label,
  isLabelHidden = false,
  options,
  value,
  onChange,
}: SelectProps<V>) {
  return (
    <AriaSelect
      className={style.field ?? ''}
      value={value}
      onChange={(key) => {
        const chosen = options.find((option) => option.value === key);
        if (chosen !== undefined) onChange(chosen.value);
      }}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {isLabelHidden ? null : <Label className={style.label ?? ''}>{label}</Label>}
      <Button className={style.button ?? ''}>
        <SelectValue />
        <ChevronDown size={16} aria-hidden />
      </Button>
      <Popover className={style.popover ?? ''}>
        <ListBox
          className={style.menu ?? ''}
          items={options.map((option) => ({ ...option, id: option.value }))}
        >
          {(option) => (
            <ListBoxItem id={option.id} className={style.menuItem ?? ''}>
              {option.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
