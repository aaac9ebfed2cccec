import { Component, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { connection } from '../api/connection.ts';
import { Button } from './button.tsx';
import { Empty } from './states.tsx';
import { toast } from './toast.tsx';

interface BoundaryProps {
  readonly children: ReactNode;
  /** Shown in place of what cannot be. */
  readonly instead: ReactNode;
  readonly onBroken?: () => void;
}

/** React tells of what could not be drawn, or be loaded to be drawn, to classes alone. */
class Boundary extends Component<BoundaryProps, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override componentDidCatch() {
    connection.suspect();
    this.props.onBroken?.();
  }

  override render() {
    return this.state.isBroken ? this.props.instead : this.props.children;
  }
}

/**
 * A part of a page that is loaded when it is needed. Where it cannot be (nobody answers, or the server has other files since
 * it was updated) the rest of the page stays, and this part says so. Another `key` is another try.
 */
export function Part({ children }: { readonly children: ReactNode }) {
  return (
    <Boundary instead={<Broken />}>
      <Suspense>{children}</Suspense>
    </Boundary>
  );
}

interface OverPartProps {
  readonly children: ReactNode;
  /** It cannot be shown: what asked for it takes that back. */
  readonly onBroken: () => void;
}

/** The same of what lies over the page: a message says that it could not be loaded. */
export function OverPart({ children, onBroken }: OverPartProps) {
  const { t } = useTranslation('common');
  const tell = () => {
    toast({ text: t('brokenText') });
    onBroken();
  };
  return (
    <Boundary instead={null} onBroken={tell}>
      <Suspense>{children}</Suspense>
    </Boundary>
  );
}

function Broken() {
  const { t } = useTranslation('common');
  return (
    <Empty title={t('broken')}>
      <p>{t('brokenText')}</p>
      <Button onPress={() => window.location.reload()}>{t('reload')}</Button>
    </Empty>
  );
}
