import type { LucideIcon } from 'lucide-react';
import { Focusable, Tooltip, TooltipTrigger } from 'react-aria-components';
import css from './Controls.module.css';

type Props = {
  label: string;
  icon: LucideIcon;
  /** What pressing it does now, or why it does nothing. */
  hint: string;
  onPress: () => void;
  /** A toggle's state; none: it is no toggle. */
  isOn?: boolean;
  /** It does nothing at the moment, and can be found all the same. */
  isDisabled?: boolean;
  /** The key that does the same; none: shortcuts are off. */
  shortcut: string | null;
  look?: 'danger' | 'off';
};

export function ControlButton({ label, icon: Icon, hint, onPress, isOn, isDisabled, shortcut, look }: Props) {
  return (
    <TooltipTrigger delay={400} closeDelay={100}>
      <Focusable>
        <button
          type="button"
          className={css.button}
          data-look={look}
          aria-label={label}
          aria-pressed={isOn}
          aria-disabled={isDisabled}
          aria-keyshortcuts={shortcut ?? undefined}
          onClick={() => {
            if (!isDisabled) onPress();
          }}
        >
          <Icon aria-hidden size={22} />
          <span aria-hidden className={css.label}>
            {label}
          </span>
        </button>
      </Focusable>
      <Tooltip className={css.tooltip ?? ''} offset={8}>
        {shortcut && !isDisabled ? `${hint} (${shortcut})` : hint}
      </Tooltip>
    </TooltipTrigger>
  );
}
