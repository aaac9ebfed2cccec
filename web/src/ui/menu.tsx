import type { ReactNode } from 'react';
import {
  MenuItem as AriaItem,
  Menu as AriaMenu,
  type MenuItemProps,
  type MenuProps,
  MenuTrigger,
} from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import style from './ui.module.css';

export interface MenuButtonProps<T extends object> extends Omit<MenuProps<T>, 'className' | 'children'> {
  /** A Button or IconButton. */
  readonly trigger: ReactNode;
  readonly children: ReactNode;
}

/** A button that opens a menu. */
export function MenuButton<T extends object>({ trigger, children, ...props }: MenuButtonProps<T>) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={style.popover ?? ''} placement="bottom end">
        <AriaMenu {...props} className={style.menu ?? ''}>
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export function MenuItem(props: Omit<MenuItemProps, 'className'>) {
  return <AriaItem {...props} className={style.menuItem ?? ''} />;
}
