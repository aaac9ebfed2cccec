import { Bookmark } from 'lucide-react';
import { useState } from 'react';
import { MenuSection } from 'react-aria-components/Menu';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../ui/button.tsx';
import { MenuButton, MenuItem } from '../../ui/menu.tsx';
import { isEverything } from '../selection.ts';
import { useSelection } from '../selection-url.ts';
import { ManageSearches, SaveSearch } from './search-dialogs.tsx';
import { useSearches } from './use-searches.ts';

/** Searches to be used again. */
export default function SavedMenu() {
  const { t } = useTranslation('find');
  const { data: searches = [] } = useSearches();
  const [selection, select] = useSelection();
  const [dialog, setDialog] = useState<'save' | 'manage'>();
  const close = () => setDialog(undefined);
  return (
    <>
      <MenuButton
        trigger={
          <IconButton label={t('saved')}>
            <Bookmark size={20} />
          </IconButton>
        }
      >
        <MenuSection aria-label={t('saved')}>
          {searches.map(({ id, name, query }) => (
            <MenuItem key={id} id={id} onAction={() => select(query)}>
              {name}
            </MenuItem>
          ))}
          {searches.length === 0 ? <MenuItem isDisabled>{t('noSaved')}</MenuItem> : null}
        </MenuSection>
        <MenuSection aria-label={t('saveNew')}>
          <MenuItem id="save" isDisabled={isEverything(selection)} onAction={() => setDialog('save')}>
            {t('save')}
          </MenuItem>
          <MenuItem id="manage" isDisabled={searches.length === 0} onAction={() => setDialog('manage')}>
            {t('manage')}
          </MenuItem>
        </MenuSection>
      </MenuButton>
      <SaveSearch isOpen={dialog === 'save'} onClose={close} />
      <ManageSearches isOpen={dialog === 'manage'} onClose={close} />
    </>
  );
}
