import express from 'express';
import { describeAdapter } from './adapter-contract.ts';
import { expressAdapter } from './express-app.ts';

describeAdapter('Express 5', expressAdapter(express));
