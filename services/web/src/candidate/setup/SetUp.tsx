import { Shell } from '../../ui/Shell';

type Props = { isLocal: boolean; onCreated: (invite: string) => void };

export function SetUp({ isLocal }: Props) {
  return (
    <Shell>
      <h1>Set up an interview</h1>
      <p>{isLocal ? 'Local' : ''}</p>
    </Shell>
  );
}
