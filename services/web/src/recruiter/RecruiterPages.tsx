import { Route, Routes } from 'react-router';
import { Shell } from '../ui/Shell';

/** All that recruiters see, under /recruiter. */
export default function RecruiterPages() {
  return (
    <Routes>
      <Route
        path="*"
        element={
          <Shell width="wide">
            <h1>Interviews</h1>
          </Shell>
        }
      />
    </Routes>
  );
}
