import { Check, Copy } from 'lucide-react';
import { useRef, useState } from 'react';
import { Input, Label, Text, TextField } from 'react-aria-components';
import { Button } from '../../ui/controls';
import controls from '../../ui/controls.module.css';
import css from './CopyField.module.css';

type Props = { label: string; value: string; description: string };

/** A text that is there to be copied. */
export function CopyField({ label, value, description }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<'copied' | 'selected' | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome('copied');
    } catch {
      // There is no clipboard without HTTPS, and browsers may refuse it.
      input.current?.focus();
      input.current?.select();
      setOutcome('selected');
    }
  };
  return (
    <TextField className={controls.field ?? ''} value={value} isReadOnly>
      <Label>{label}</Label>
      <div className={css.row}>
        <Input ref={input} className={`${controls.input ?? ''} ${css.value ?? ''}`} />
        <Button look="primary" onPress={() => void copy()}>
          {outcome === 'copied' ? <Check aria-hidden size={18} /> : <Copy aria-hidden size={18} />}
          {outcome === 'copied' ? 'Copied' : 'Copy'}
        </Button>
      </div>
      <Text slot="description" className={controls.description ?? ''}>
        {description}
      </Text>
      <span role="status" className={outcome === 'selected' ? css.hint : 'visually-hidden'}>
        {outcome === 'copied' ? 'Copied.' : null}
        {outcome === 'selected' ? 'It is selected: press Ctrl+C, or ⌘C on a Mac.' : null}
      </span>
    </TextField>
  );
}
