import { Link } from 'react-router';
import { PageTitle } from '../ui/PageTitle';
import { Frame } from './Frame';

export function NotFound() {
  return (
    <Frame>
      <PageTitle title="There is no such page">
        Check the address, or go to the <Link to="/recruiter">list of interviews</Link>.
      </PageTitle>
    </Frame>
  );
}
