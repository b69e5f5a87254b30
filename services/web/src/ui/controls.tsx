/** The page's controls: React Aria's behaviour in Viva's looks. */
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  CheckboxButton,
  CheckboxField,
  type CheckboxFieldProps,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  SwitchButton,
  SwitchField,
  type SwitchFieldProps,
  Text,
  TextArea,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components';
import { Check, ChevronDown } from 'lucide-react';
import css from './controls.module.css';

export type ButtonProps = Omit<AriaButtonProps, 'className'> & {
  /** `primary`: what the page is for; at most one is in view. */
  look?: 'primary' | 'secondary' | 'quiet' | 'danger';
};

export function Button({ look = 'secondary', ...props }: ButtonProps) {
  return <AriaButton {...props} className={`${css.button ?? ''} ${css[look] ?? ''}`} />;
}

type Described = { label: string; description?: string; error?: string | null };

export type TextFieldProps = Omit<AriaTextFieldProps, 'className' | 'children'> &
  Described & { placeholder?: string; lines?: number };

/** A labelled text field; of several `lines`, a text area. */
export function TextField({ label, description, error, placeholder, lines, ...props }: TextFieldProps) {
  return (
    <AriaTextField {...props} isInvalid={Boolean(error)} className={css.field ?? ''}>
      <Label>{label}</Label>
      {lines ? (
        <TextArea className={css.input ?? ''} rows={lines} placeholder={placeholder} />
      ) : (
        <Input className={css.input ?? ''} placeholder={placeholder} />
      )}
      {description ? (
        <Text slot="description" className={css.description ?? ''}>
          {description}
        </Text>
      ) : null}
      <FieldError className={css.error ?? ''}>{error}</FieldError>
    </AriaTextField>
  );
}

export type Choice = { id: string; label: string };
export type SelectProps = Described & {
  choices: readonly Choice[];
  value: string | null;
  onChange: (id: string) => void;
  isDisabled?: boolean;
};

export function Select({ label, description, error, choices, value, onChange, isDisabled }: SelectProps) {
  return (
    <AriaSelect
      className={css.field ?? ''}
      value={value}
      onChange={(id) => {
        if (id !== null) onChange(String(id));
      }}
      isDisabled={isDisabled ?? false}
      isInvalid={Boolean(error)}
    >
      <Label>{label}</Label>
      <AriaButton className={`${css.button ?? ''} ${css.secondary ?? ''} ${css.select ?? ''}`}>
        <SelectValue className={css.selected ?? ''} />
        <ChevronDown aria-hidden size={16} />
      </AriaButton>
      {description ? (
        <Text slot="description" className={css.description ?? ''}>
          {description}
        </Text>
      ) : null}
      <FieldError className={css.error ?? ''}>{error}</FieldError>
      <Popover className={css.popover ?? ''}>
        <ListBox className={css.list ?? ''} items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.id} textValue={choice.label} className={css.item ?? ''}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

type ToggleProps = Omit<CheckboxFieldProps, 'className' | 'children'> & {
  children: ReactNode;
  error?: string | null;
};

export function Checkbox({ children, error, ...props }: ToggleProps) {
  return (
    <CheckboxField {...props} isInvalid={Boolean(error)} className={css.toggle ?? ''}>
      <CheckboxButton className={css.checkbox ?? ''}>
        <span className={css.box} aria-hidden>
          <Check size={14} />
        </span>
        <span>{children}</span>
      </CheckboxButton>
      <FieldError className={css.error ?? ''}>{error}</FieldError>
    </CheckboxField>
  );
}

export function Switch({
  children,
  ...props
}: Omit<SwitchFieldProps, 'className' | 'children'> & { children: ReactNode }) {
  return (
    <SwitchField {...props} className={css.toggle ?? ''}>
      <SwitchButton className={css.switch ?? ''}>
        <span className={css.track} aria-hidden />
        <span>{children}</span>
      </SwitchButton>
    </SwitchField>
  );
}
