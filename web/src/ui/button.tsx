import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { Link as AriaLink, type LinkProps as AriaLinkProps } from 'react-aria-components/Link';
import { ToggleButton as AriaToggle, type ToggleButtonProps } from 'react-aria-components/ToggleButton';
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import { classes } from './classes.ts';
import style from './ui.module.css';

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet';

interface Looks {
  readonly kind?: ButtonKind;
}

function buttonClass(kind: ButtonKind, isIcon = false): string {
  return classes(style.button, kind === 'plain' ? undefined : style[kind], isIcon && style.icon);
}

export function Button({ kind = 'plain', ...props }: Omit<AriaButtonProps, 'className'> & Looks) {
  return <AriaButton {...props} className={buttonClass(kind)} />;
}

export interface IconButtonProps
  extends Omit<AriaButtonProps, 'className' | 'children' | 'aria-label'>,
    Looks {
  /** Its name: read aloud, and shown as a tooltip. */
  readonly label: string;
  readonly children: ReactNode;
  /** False where it comes to lie under a mouse that rests: the next Escape would put the tooltip away, and nothing else. */
  readonly hasTooltip?: boolean;
}

/** A button that shows an icon alone. */
export function IconButton({ label, kind = 'quiet', hasTooltip = true, ...props }: IconButtonProps) {
  const button = <AriaButton {...props} aria-label={label} className={buttonClass(kind, true)} />;
  if (!hasTooltip) return button;
  return (
    <TooltipTrigger delay={500}>
      {button}
      <Tooltip className={style.tooltip ?? ''} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

export interface IconToggleProps extends Omit<ToggleButtonProps, 'className' | 'children' | 'aria-label'> {
  readonly label: string;
  readonly children: ReactNode;
}

/** An icon that is pressed or not. */
export function IconToggle({ label, ...props }: IconToggleProps) {
  return (
    <TooltipTrigger delay={500}>
      <AriaToggle {...props} aria-label={label} className={buttonClass('quiet', true)} />
      <Tooltip className={style.tooltip ?? ''} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

/** Looks like a button and is a link: it goes somewhere. */
export function ButtonLink({ kind = 'plain', ...props }: Omit<AriaLinkProps, 'className'> & Looks) {
  return <AriaLink {...props} className={buttonClass(kind)} />;
}
