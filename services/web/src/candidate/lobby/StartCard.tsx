import { ArrowRight, Keyboard } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Card } from '../../ui/Card';
import { Button, Checkbox } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import css from './Lobby.module.css';
import type { Entrance } from './useEntrance';

type Props = {
  title: string;
  entrance: Entrance;
  /** What the two ways are called. */
  words: { speak: string; write: string };
  children?: ReactNode;
};

/** The consent, where it is still to be given, and the two ways in. */
export function StartCard({ title, entrance, words, children }: Props) {
  const { needsConsent, hasAgreed, agree, missing, way, trouble, enter } = entrance;
  const consent = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (missing > 0) consent.current?.focus();
  }, [missing]);
  return (
    <Card title={title}>
      {children}
      {needsConsent ? (
        <Checkbox
          inputRef={consent}
          isSelected={hasAgreed}
          onChange={agree}
          error={
            missing > 0 && !hasAgreed ? 'Please agree first: without it the interview cannot begin.' : null
          }
        >
          I have read how this interview is held, and I agree.
        </Checkbox>
      ) : null}
      {trouble ? <Notice kind="warning">{trouble}</Notice> : null}
      <div className={css.ways}>
        <Button look="primary" onPress={() => void enter('voice')}>
          {way === 'voice' ? 'One moment…' : words.speak}
          <ArrowRight aria-hidden size={18} />
        </Button>
        <Button onPress={() => void enter('writing')}>
          <Keyboard aria-hidden size={18} />
          {way === 'writing' ? 'One moment…' : words.write}
        </Button>
      </div>
    </Card>
  );
}
