import type { IconButton } from '../../../components/controls';
import { t } from '../../../strings';
import type { EditorStore } from '../../store';

/** In the head of the pane. What is copied is composed by the host, which has all rows. */
export function matchButtons({ matching }: EditorStore): readonly IconButton[] {
  const { view } = matching;
  const refresh: IconButton = {
    icon: 'refresh',
    label: t('Match Again'),
    onClick: () => {
      matching.run({ kind: 'refresh' });
    },
  };
  const copy: IconButton = {
    icon: 'copy',
    label: t('Copy'),
    onClick: () => {
      matching.run({ kind: 'copyReport' });
    },
  };
  return [...(view === null || view.form.text === '' ? [] : [refresh]), ...(view?.result ? [copy] : [])];
}
