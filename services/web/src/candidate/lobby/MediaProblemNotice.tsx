import { Button } from '../../ui/controls';
import { Fold } from '../../ui/Fold';
import { Notice } from '../../ui/Notice';
import { type Browser, browserOf, type Kind, type MediaProblem } from './devices';
import css from './Lobby.module.css';

type Props = {
  kind: Kind;
  problem: MediaProblem;
  onRetry: () => void;
  /** The way out of an interview by voice; none: nothing hangs on this device. */
  onWriting?: () => void;
};

/** Why there is no microphone or camera, what to do, and how to go on without. */
export function MediaProblemNotice({ kind, problem, onRetry, onWriting }: Props) {
  const own = browserOf(navigator.userAgent);
  return (
    <Notice kind={onWriting ? 'danger' : 'warning'}>
      <p>
        <strong>{whatIsWrong(kind, problem)}</strong>
      </p>
      {problem === 'refused' ? own && <Steps browser={own} kind={kind} /> : <p>{whatToDo(kind, problem)}</p>}
      {onWriting ? null : <p>You can go on without it.</p>}
      <div className={css.buttons}>
        {problem === 'insecure' ? null : <Button onPress={onRetry}>Try again</Button>}
        {onWriting ? <Button onPress={onWriting}>Continue in text mode</Button> : null}
      </div>
      {problem === 'refused' ? (
        <Fold title={own ? 'I use another browser' : 'How to allow it'}>
          {ALL_BROWSERS.filter((browser) => browser !== own).map((browser) => (
            <div key={browser}>
              <p>{BROWSERS[browser]}</p>
              <Steps browser={browser} kind={kind} />
            </div>
          ))}
        </Fold>
      ) : null}
    </Notice>
  );
}

function whatIsWrong(kind: Kind, problem: MediaProblem): string {
  switch (problem) {
    case 'refused':
      return `Your browser does not let this page use the ${kind}.`;
    case 'system':
      return `Your device does not let the browser use the ${kind}.`;
    case 'missing':
      return `We found no ${kind}.`;
    case 'busy':
      return `Another program is using the ${kind}.`;
    case 'insecure':
      return `Browsers give no ${kind} to a page that was opened this way.`;
    case 'unknown':
      return `The ${kind} could not be opened.`;
  }
}

function whatToDo(kind: Kind, problem: Exclude<MediaProblem, 'refused'>): string {
  switch (problem) {
    case 'system':
      return (
        `On Windows, open Settings, Privacy & security, ${named(kind)}; on a Mac, System Settings, Privacy & ` +
        `Security, ${named(kind)}. Switch it on for your browser, then try again.`
      );
    case 'missing':
      return `Plug one in${kind === 'microphone' ? ', such as a headset,' : ''} or switch it on. It is used as soon as it is there.`;
    case 'busy':
      return 'Close video calls, and other tabs and programs that may use it. Then try again.';
    case 'insecure':
      return 'Open the link again as it was sent to you: its address begins with https.';
    case 'unknown':
      return 'Unplug it and plug it in again, or restart your browser. Then try again.';
  }
}

function named(kind: Kind): string {
  return kind === 'microphone' ? 'Microphone' : 'Camera';
}

const BROWSERS: Record<Browser, string> = {
  chrome: 'Chrome',
  edge: 'Edge',
  firefox: 'Firefox',
  safari: 'Safari on a Mac',
  android: 'On an Android phone',
  ios: 'On an iPhone or iPad',
};

const ALL_BROWSERS = Object.keys(BROWSERS) as Browser[];

function stepsOf(browser: Browser, device: string): string[] {
  switch (browser) {
    case 'chrome':
      return ['Click the icon left of the page’s address.', `Switch “${device}” on.`];
    case 'edge':
      return ['Click the padlock left of the page’s address.', `Set “${device}” to “Allow”.`];
    case 'firefox':
      return [
        `Click the crossed-out ${device.toLowerCase()} left of the page’s address.`,
        'Remove the “Blocked” beside it.',
      ];
    case 'safari':
      return ['In the menu bar, open Safari, “Settings for this website…”.', `Set “${device}” to “Allow”.`];
    case 'android':
      return ['Tap the icon left of the page’s address, then “Permissions”.', `Allow “${device}”.`];
    case 'ios':
      return [
        'Tap the button left of the page’s address, then “Website Settings”.',
        `Set “${device}” to “Allow”. In other browsers than Safari, open the Settings app and find your browser there.`,
      ];
  }
}

function Steps({ browser, kind }: { browser: Browser; kind: Kind }) {
  return (
    <ol className={css.steps}>
      {[...stepsOf(browser, named(kind)), 'Come back here and press “Try again”.'].map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}
