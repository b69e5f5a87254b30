import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { CandidatePage } from './candidate/CandidatePage';
import { PageError } from './ui/PageError';
import { Shell } from './ui/Shell';
import { Spinner } from './ui/Spinner';
import { applyTheme, storedTheme } from './ui/theme';
import './ui/theme.css';

applyTheme(storedTheme());

// Candidates do not wait for what only recruiters see.
const Recruiter = lazy(() => import('./recruiter/RecruiterPages'));

const router = createBrowserRouter([
  { path: '/', element: <CandidatePage />, errorElement: <PageError /> },
  {
    path: '/recruiter/*',
    errorElement: <PageError />,
    element: (
      <Suspense
        fallback={
          <Shell>
            <Spinner label="Opening the page" />
          </Shell>
        }
      >
        <Recruiter />
      </Suspense>
    ),
  },
]);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <RouterProvider router={router} />
    </StrictMode>,
  );
}
