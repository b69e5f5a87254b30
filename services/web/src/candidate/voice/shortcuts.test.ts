import { expect, test } from 'vitest';
import { areShortcutsOn, commandOf, keepShortcutsOn } from './shortcuts';

function pressed(key: string, target: Element, more: Partial<KeyboardEvent> = {}) {
  return { key, target, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more };
}

function inside(html: string): Element {
  document.body.innerHTML = html;
  return document.body.querySelector('#here') ?? document.body;
}

test('a key is a command, in either case', () => {
  const page = inside('<button id="here"></button>');
  expect(commandOf(pressed('m', page))).toBe('microphone');
  expect(commandOf(pressed('M', page))).toBe('microphone');
  expect(commandOf(pressed('?', page))).toBe('help');
  expect(commandOf(pressed('x', page))).toBeNull();
});

test.each([
  ['an input', '<input id="here">'],
  ['a text area', '<textarea id="here"></textarea>'],
  ['a dialog', '<div role="alertdialog"><button id="here"></button></div>'],
  ['a list', '<div role="listbox"><div id="here"></div></div>'],
])('in %s it is no command', (_, html) => {
  expect(commandOf(pressed('m', inside(html)))).toBeNull();
});

test('with another key, or held down, it is none either', () => {
  const page = inside('');
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }]) {
    expect(commandOf(pressed('m', page, more))).toBeNull();
  }
});

test('who turns the keys off finds them off again', () => {
  expect(areShortcutsOn()).toBe(true);
  keepShortcutsOn(false);
  expect(areShortcutsOn()).toBe(false);
  keepShortcutsOn(true);
  expect(areShortcutsOn()).toBe(true);
});
