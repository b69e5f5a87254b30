import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { ErrorBoundary } from 'react-error-boundary';
import { CandidatePage } from './candidate/CandidatePage';
import { PageError } from './ui/PageError';
import { Shell } from './ui/Shell';
import { Spinner } from './ui/Spinner';
import { applyTheme, storedTheme } from './ui/theme';
import './ui/theme.css';

applyTheme(storedTheme());

// Candidates do not wait for what only recruiters see, their router included.
const RecruiterPages = lazy(() => import('./recruiter/RecruiterPages'));

const OPENING = (
  <Shell>
    <Spinner label="Opening the page" />
  </Shell>
);

function Page() {
  if (!/^\/recruiter(\/|$)/.test(location.pathname)) return <CandidatePage />;
  return (
    <Suspense fallback={OPENING}>
      <RecruiterPages />
    </Suspense>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary fallback={<PageError />}>
        <Page />
      </ErrorBoundary>
    </StrictMode>,
  );
}
