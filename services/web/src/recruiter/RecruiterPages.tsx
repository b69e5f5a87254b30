import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';
import { Spinner } from '../ui/Spinner';
import { newQueryClient } from './api';
import { Frame } from './Frame';
import { InterviewList } from './list/InterviewList';
import { Gate } from './session/Gate';
import { NotFound } from './NotFound';

const NewInterview = lazy(() => import('./create/NewInterview'));
const Report = lazy(() => import('./report/Report'));
const Live = lazy(() => import('./live/Live'));

const OPENING = (
  <Frame>
    <Spinner label="Opening the page" />
  </Frame>
);

/** All that recruiters see, under /recruiter. */
export default function RecruiterPages() {
  const [client] = useState(newQueryClient);
  return (
    <BrowserRouter>
      <QueryClientProvider client={client}>
        <Gate>
          <Suspense fallback={OPENING}>
            <Routes>
              <Route path="/recruiter">
                <Route index element={<InterviewList />} />
                <Route path="new" element={<NewInterview />} />
                <Route path="interviews/:id" element={<Report />} />
                <Route path="interviews/:id/live" element={<Live />} />
                <Route path="*" element={<NotFound />} />
              </Route>
            </Routes>
          </Suspense>
        </Gate>
      </QueryClientProvider>
    </BrowserRouter>
  );
}
